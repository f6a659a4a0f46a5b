//! What the function tells: the state of the modem in MBIM's words, in the layout of the version agreed upon.
//!
//! A [`Subject`] says what an answer or indication is about, and keeps what must not change until it is sent.

use heapless::Vec;
use mbim_wire::bytes::SizedBytes;
use mbim_wire::field::{Empty, Inline};
use mbim_wire::list::{RefSequence, RefStruct};
use mbim_wire::service::basic_connect::{self as bc, NwError};
use mbim_wire::service::ms_basic_connect_extensions as ext;
use mbim_wire::text::Text;
use mbim_wire::tlv::TlvNumbers;
use mbim_wire::{Encode, Status, Uuid};

use super::super::collect;
use super::super::modem::bearer::{Auth, Context, FILTERS, IpKind, SessionState, SessionStatus};
use super::super::modem::network::{
    self, NETWORKS, Network, PacketService, PacketState, Registration, RegistrationState, Signal, Technologies,
};
use super::super::modem::sim::{Lock, LockStatus, PIN_LENGTH, ReadyState, SlotState};
use super::super::modem::{Failure, Modem, Radio, Reason};
use super::commands::{self, CIDS, MAX_SERVICES, Offer};
use super::signal::Reporting;
use super::subscriptions::Subscriptions;
use super::{Config, V2, V3};

/// What an answer or indication is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject {
    Empty,
    DeviceCaps,
    Subscriber(ReadyState),
    Radio(Radio),
    Pin(LockStatus),
    PinList,
    HomeProvider,
    PreferredProviders,
    /// All networks, or only home networks.
    VisibleProviders {
        home_only: bool,
    },
    Registration(Registration),
    PacketService(PacketService),
    Signal(Signal),
    Session(SessionStatus),
    Contexts,
    ServiceActivation(u32),
    IpConfiguration(u8),
    DeviceServices,
    SubscribeList,
    Statistics,
    IdleHint,
    Emergency(bool),
    Filters(u8),
    HomeProviders,
    ExtContexts,
    AttachContexts,
    AttachInfo(PacketService),
    SysCaps,
    ExtDeviceCaps,
    SlotMappings,
    SlotInfo(SlotState),
    Pco(u8),
    BaseStations,
    Location,
    Version(ext::VersionInfo),
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
}

/// Takes an information buffer.
type Sink<'a> = &'a mut dyn FnMut(&dyn Encode);

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
    }
}

/// The first `units` UTF-16 units of a text.
fn cut(text: &str, units: usize) -> &str {
    let mut used = 0_usize;
    let end = text.char_indices().find(|(_, c)| {
        used = used.saturating_add(c.len_utf16());
        used > units
    });
    end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// Characters of a provider's name.
const NAME: usize = 20;

fn switch(on: bool) -> bc::RadioSwitchState {
    if on { bc::RadioSwitchState::ON } else { bc::RadioSwitchState::OFF }
}

fn ready_state(state: ReadyState) -> bc::SubscriberReadyState {
    use bc::SubscriberReadyState as Wire;
    match state {
        ReadyState::NotInitialized => Wire::NOT_INITIALIZED,
        ReadyState::Initialized => Wire::INITIALIZED,
        ReadyState::Absent => Wire::SIM_NOT_INSERTED,
        ReadyState::Bad => Wire::BAD_SIM,
        ReadyState::NotActivated => Wire::NOT_ACTIVATED,
        ReadyState::Locked => Wire::DEVICE_LOCKED,
        ReadyState::NoProfile => Wire::NO_ESIM_PROFILE,
    }
}

fn slot_state(state: SlotState) -> ext::UiccSlotState {
    use ext::UiccSlotState as Wire;
    match state {
        SlotState::Empty => Wire::EMPTY,
        SlotState::NotReady => Wire::NOT_READY,
        SlotState::Active => Wire::ACTIVE,
        SlotState::Error => Wire::ERROR,
        SlotState::ActiveEsim => Wire::ACTIVE_ESIM,
        SlotState::NoProfile => Wire::ACTIVE_ESIM_NO_PROFILES,
    }
}

fn pin_type(lock: Lock) -> bc::PinType {
    match lock {
        Lock::Pin1 => bc::PinType::PIN1,
        Lock::Pin2 => bc::PinType::PIN2,
        Lock::Puk1 => bc::PinType::PUK1,
        Lock::Puk2 => bc::PinType::PUK2,
        Lock::Network => bc::PinType::NETWORK_PIN,
    }
}

fn registration_state(state: RegistrationState) -> bc::RegistrationState {
    use bc::RegistrationState as Wire;
    match state {
        RegistrationState::Deregistered => Wire::DEREGISTERED,
        RegistrationState::Searching => Wire::SEARCHING,
        RegistrationState::Home => Wire::HOME,
        RegistrationState::Partner => Wire::PARTNER,
        RegistrationState::Roaming => Wire::ROAMING,
        RegistrationState::Denied => Wire::DENIED,
    }
}

fn packet_state(state: PacketState) -> bc::PacketServiceState {
    match state {
        PacketState::Detached => bc::PacketServiceState::DETACHED,
        PacketState::Attaching => bc::PacketServiceState::ATTACHING,
        PacketState::Attached => bc::PacketServiceState::ATTACHED,
        PacketState::Detaching => bc::PacketServiceState::DETACHING,
    }
}

fn activation_state(state: SessionState) -> bc::ActivationState {
    match state {
        SessionState::Inactive => bc::ActivationState::DEACTIVATED,
        SessionState::Activating => bc::ActivationState::ACTIVATING,
        SessionState::Active => bc::ActivationState::ACTIVATED,
        SessionState::Deactivating => bc::ActivationState::DEACTIVATING,
    }
}

fn ip_type(ip: IpKind) -> bc::ContextIpType {
    match ip {
        IpKind::Default => bc::ContextIpType::DEFAULT,
        IpKind::V4 => bc::ContextIpType::IPV4,
        IpKind::V6 => bc::ContextIpType::IPV6,
        IpKind::V4V6 => bc::ContextIpType::IPV4V6,
        IpKind::V4AndV6 => bc::ContextIpType::IPV4_AND_IPV6,
    }
}

fn auth_protocol(auth: Auth) -> bc::AuthProtocol {
    match auth {
        Auth::None => bc::AuthProtocol::NONE,
        Auth::Pap => bc::AuthProtocol::PAP,
        Auth::Chap => bc::AuthProtocol::CHAP,
        Auth::MsChapV2 => bc::AuthProtocol::MSCHAPV2,
    }
}

fn compression(on: bool) -> bc::Compression {
    if on { bc::Compression::ENABLE } else { bc::Compression::NONE }
}

/// 5G of either kind.
const NR: Technologies = Technologies::NR_NSA.union(Technologies::NR_SA);

/// As in MBIM 1.0 and version 2.0: the bits are the same.
fn data_class(technologies: Technologies) -> bc::DataClass {
    bc::DataClass::from_bits_retain(technologies.bits())
}

fn data_class_v3(technologies: Technologies) -> bc::DataClassV3 {
    let mut class = bc::DataClassV3::from_bits_retain(technologies.difference(NR).bits());
    if technologies.intersects(NR) {
        class |= bc::DataClassV3::_5G;
    }
    class
}

fn data_subclass(technologies: Technologies) -> bc::DataSubclass {
    let mut class = bc::DataSubclass::empty();
    if technologies.contains(Technologies::NR_NSA) {
        class |= bc::DataSubclass::_5G_ENDC;
    }
    if technologies.contains(Technologies::NR_SA) {
        class |= bc::DataSubclass::_5G_NR;
    }
    class
}

fn frequency_range(technologies: Technologies) -> bc::FrequencyRange {
    if technologies.intersects(NR) { bc::FrequencyRange::RANGE_1 } else { bc::FrequencyRange::empty() }
}

/// MCC and MNC as numbers; the MNC has two digits or three.
fn plmn_numbers(plmn: &str) -> (u16, u16, bool) {
    let number = |digits: Option<&str>| digits.and_then(|digits| digits.parse().ok()).unwrap_or(0);
    (number(plmn.get(..3)), number(plmn.get(3..)), plmn.len() < 6)
}

fn provider<'a>(plmn: &'a str, name: &'a str, state: bc::ProviderState, rssi: Option<i16>) -> bc::Provider<'a> {
    bc::Provider {
        provider_id: plmn.into(),
        provider_state: state,
        provider_name: cut(name, NAME).into(),
        cellular_class: bc::CellularClass::GSM,
        rssi: super::signal::rssi(rssi),
        error_rate: super::signal::UNKNOWN,
    }
}

fn context_element(context: &Context) -> bc::ProvisionedContextElement<'_> {
    bc::ProvisionedContextElement {
        context_id: context.id,
        context_type: Uuid(context.purpose.0),
        access_string: context.apn.as_str().into(),
        user_name: context.user.as_str().into(),
        password: context.password.as_str().into(),
        compression: compression(context.compression),
        auth_protocol: auth_protocol(context.auth),
    }
}

fn context_element_v2(context: &Context) -> ext::ProvisionedContextElementV2<'_> {
    ext::ProvisionedContextElementV2 {
        context_id: context.id,
        context_type: Uuid(context.purpose.0),
        ip_type: ip_type(context.ip),
        state: if context.disabled { ext::ContextState::DISABLED } else { ext::ContextState::ENABLED },
        roaming: ext::ContextRoamingControl(context.roaming),
        media_type: ext::ContextMediaType(context.media),
        source: ext::ContextSource(context.source),
        access_string: context.apn.as_str().into(),
        user_name: context.user.as_str().into(),
        password: context.password.as_str().into(),
        compression: compression(context.compression),
        auth_protocol: auth_protocol(context.auth),
    }
}

fn attach_element(context: &Context, place: u32) -> ext::LteAttachConfigurationElement<'_> {
    ext::LteAttachConfigurationElement {
        ip_type: ip_type(context.ip),
        roaming: ext::LteAttachContextRoamingControl(place),
        source: ext::ContextSource(context.source),
        access_string: context.apn.as_str().into(),
        user_name: context.user.as_str().into(),
        password: context.password.as_str().into(),
        compression: compression(context.compression),
        auth_protocol: auth_protocol(context.auth),
    }
}

impl Source<'_> {
    /// Makes the information buffer and lends it to `sink`.
    pub(super) fn tell(&self, subject: Subject, sink: Sink<'_>) {
        match subject {
            Subject::Empty => sink(&Empty {}),
            Subject::DeviceCaps => self.device_caps(sink),
            Subject::Subscriber(state) => self.subscriber(state, sink),
            Subject::Radio(radio) => sink(&bc::RadioStateInfo {
                hw_radio_state: switch(radio.hardware),
                sw_radio_state: switch(radio.software),
            }),
            Subject::Pin(status) => sink(&bc::PinInfo {
                pin_type: pin_type(status.lock),
                pin_state: if status.locked { bc::PinState::LOCKED } else { bc::PinState::UNLOCKED },
                remaining_attempts: u32::from(status.attempts),
            }),
            Subject::PinList => self.pin_list(sink),
            Subject::HomeProvider => self.home_provider(sink),
            Subject::PreferredProviders => self.provider_list(self.modem.preferred_providers(), sink),
            Subject::HomeProviders => self.provider_list(self.modem.home_providers(), sink),
            Subject::VisibleProviders { home_only } => self.visible_providers(home_only, sink),
            Subject::Registration(registration) => self.registration(registration, sink),
            Subject::PacketService(packet) => self.packet_service(packet, sink),
            Subject::Signal(signal) => self.signal(signal, sink),
            Subject::Session(session) => self.session(session, sink),
            Subject::Contexts => {
                let contexts: Vec<_, NETWORKS> = collect(self.modem.contexts().iter().map(context_element));
                sink(&bc::ProvisionedContextsInfo { provisioned_contexts: (&*contexts).into(), ..Default::default() });
            }
            Subject::ServiceActivation(cause) => {
                sink(&bc::ServiceActivationInfo { nw_error: NwError(cause), ..Default::default() })
            }
            Subject::IpConfiguration(session) => self.ip_configuration(session, sink),
            Subject::DeviceServices => self.device_services(sink),
            Subject::SubscribeList => self.subscriptions.lend(|events| {
                sink(&bc::DeviceServiceSubscribeListInfo { events: events.into(), ..Default::default() });
            }),
            Subject::Statistics => self.statistics(sink),
            Subject::IdleHint => sink(&bc::NetworkIdleHintInfo {
                state: if self.modem.idle_hint() {
                    bc::NetworkIdleHintState::ENABLED
                } else {
                    bc::NetworkIdleHintState::DISABLED
                },
            }),
            Subject::Emergency(on) => sink(&bc::EmergencyModeInfo {
                state: if on { bc::EmergencyModeState::ON } else { bc::EmergencyModeState::OFF },
            }),
            Subject::Filters(session) => self.filters(session, sink),
            Subject::ExtContexts => {
                let contexts: Vec<_, NETWORKS> = collect(self.modem.contexts().iter().map(context_element_v2));
                sink(&ext::ProvisionedContextsInfo { provisioned_contexts: (&*contexts).into(), ..Default::default() });
            }
            Subject::AttachContexts => {
                let contexts = self.modem.attach_contexts().iter().zip(0..);
                let contexts = contexts.map(|(context, place)| attach_element(context, place));
                sink(&ext::LteAttachConfigurationInfo {
                    configurations: (&*collect::<_, 3>(contexts)).into(),
                    ..Default::default()
                });
            }
            Subject::AttachInfo(packet) => self.attach_info(packet, sink),
            Subject::SysCaps => sink(&ext::SysCapsInfo {
                number_of_executors: 1,
                number_of_slots: 1,
                concurrency: 1,
                modem_id: self.modem.identity().imei.parse().unwrap_or(1),
            }),
            Subject::ExtDeviceCaps => self.ext_device_caps(sink),
            Subject::SlotMappings => sink(&ext::DeviceSlotMappingsInfo {
                slot_map: (&[ext::Slot { slot: 0 }][..]).into(),
                ..Default::default()
            }),
            Subject::SlotInfo(state) => sink(&ext::SlotInfoStatusInfo { slot_index: 0, state: slot_state(state) }),
            Subject::Pco(session) => sink(&ext::PcoInfo {
                pco_value: Inline::Value(ext::PcoValue {
                    session_id: u32::from(session),
                    pco_data_type: ext::PcoType::COMPLETE,
                    pco_data_buffer: self.modem.pco(session).into(),
                    ..Default::default()
                }),
            }),
            Subject::BaseStations => self.base_stations(sink),
            Subject::Location => {
                let cell = self.modem.serving_network().map(|network| network.cell);
                sink(&ext::LocationInfoStatusInfo {
                    location_area_code: cell.map_or(u32::MAX, |cell| cell.lac),
                    tracking_area_code: cell.map_or(u32::MAX, |cell| cell.tac),
                    cell_id: cell.map_or(u32::MAX, |cell| u32::try_from(cell.id).unwrap_or(u32::MAX)),
                });
            }
            Subject::Version(version) => sink(&version),
        }
    }

    // Identity and capabilities.

    /// What the device can do, and what of it is told as text.
    fn technologies(&self) -> (Technologies, bool) {
        let technologies = self.modem.technologies();
        if self.config.custom_data_class.is_empty() {
            (technologies, false)
        } else {
            (technologies.difference(NR), true)
        }
    }

    fn data_class(&self) -> bc::DataClass {
        let (technologies, custom) = self.technologies();
        let custom = if custom { bc::DataClass::CUSTOM } else { bc::DataClass::empty() };
        data_class(technologies) | custom
    }

    fn sim_class(&self) -> bc::SimClass {
        match self.modem.sim() {
            Some(sim) if sim.esim => bc::SimClass::LOGICAL,
            _ => bc::SimClass::REMOVABLE,
        }
    }

    fn control_caps(&self) -> bc::CtrlCaps {
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

    fn device_caps(&self, sink: Sink<'_>) {
        let identity = self.modem.identity();
        sink(&bc::DeviceCapsInfo {
            device_type: bc::DeviceType::EMBEDDED,
            cellular_class: bc::CellularClass::GSM,
            voice_class: bc::VoiceClass::NO_VOICE,
            sim_class: self.sim_class(),
            data_class: self.data_class(),
            sms_caps: bc::SmsCaps::empty(),
            control_caps: self.control_caps(),
            max_sessions: self.modem.max_sessions(),
            custom_data_class: self.config.custom_data_class.as_str().into(),
            device_id: identity.imei.as_str().into(),
            firmware_info: identity.firmware.as_str().into(),
            hardware_info: identity.model.as_str().into(),
        });
    }

    fn ext_device_caps(&self, sink: Sink<'_>) {
        let identity = self.modem.identity();
        if self.version < V3 {
            return sink(&ext::DeviceCapsInfo {
                device_type: bc::DeviceType::EMBEDDED,
                cellular_class: bc::CellularClass::GSM,
                voice_class: bc::VoiceClass::NO_VOICE,
                sim_class: self.sim_class(),
                data_class: self.data_class(),
                sms_caps: bc::SmsCaps::empty(),
                control_caps: self.control_caps(),
                max_sessions: self.modem.max_sessions(),
                custom_data_class: self.config.custom_data_class.as_str().into(),
                device_id: identity.imei.as_str().into(),
                firmware_info: identity.firmware.as_str().into(),
                hardware_info: identity.model.as_str().into(),
                executor_index: 0,
            });
        }
        let (technologies, custom) = self.technologies();
        let custom = if custom { bc::DataClassV3::CUSTOM } else { bc::DataClassV3::empty() };
        let subclass = u64::from(data_subclass(technologies).bits());
        // Bands that most devices have.
        let lte = if technologies.contains(Technologies::LTE) { &[1, 3, 7, 8, 20][..] } else { &[] };
        let nr = if technologies.intersects(NR) { &[1, 28, 78][..] } else { &[] };
        sink(&ext::DeviceCapsInfoV3 {
            device_type: bc::DeviceType::EMBEDDED,
            cellular_class: bc::CellularClass::GSM,
            voice_class: bc::VoiceClass::NO_VOICE,
            sim_class: self.sim_class(),
            data_class: data_class_v3(technologies) | custom,
            sms_caps: bc::SmsCaps::empty(),
            control_caps: self.control_caps(),
            data_subclass: ext::DataSubclass64::from_bits_retain(subclass),
            max_sessions: self.modem.max_sessions(),
            executor_index: 0,
            wcdma_band_class: u32::from(technologies.contains(Technologies::UMTS)),
            lte_band_class: TlvNumbers::new(lte),
            nr_band_class: TlvNumbers::new(nr),
            custom_data_class: self.config.custom_data_class.as_str().into(),
            device_id: identity.imei.as_str().into(),
            firmware_info: identity.firmware.as_str().into(),
            hardware_info: identity.model.as_str().into(),
        });
    }

    fn device_services(&self, sink: Sink<'_>) {
        let offer = Offer { config: self.config, modem: self.modem };
        let cids = commands::offered(offer)
            .map(|service| collect::<_, CIDS>(service.offered_by(offer).map(|served| served.cid)));
        let cids: Vec<_, MAX_SERVICES> = collect(cids);
        let services = commands::offered(offer).zip(&cids).map(|(service, cids)| bc::DeviceServiceElement {
            device_service_id: service.uuid,
            cids: (&**cids).into(),
            ..Default::default()
        });
        let services: Vec<_, MAX_SERVICES> = collect(services);
        sink(&bc::DeviceServicesInfo { device_services: (&*services).into(), ..Default::default() });
    }

    // SIM.

    fn subscriber(&self, state: ReadyState, sink: Sink<'_>) {
        // The identity is told once the card is read, locked or not; the rest of it only when it is usable.
        let readable = matches!(state, ReadyState::Initialized | ReadyState::Locked | ReadyState::NotActivated);
        let sim = self.modem.sim().filter(|_| readable);
        let usable = sim.filter(|_| state != ReadyState::Locked);
        let iccid = sim.map_or("", |sim| sim.iccid.as_str());
        let imsi = usable.map_or("", |sim| sim.imsi.as_str());
        let numbers = usable.map_or(&[][..], |sim| &sim.numbers);
        let numbers: Vec<Text<'_>, 4> = collect(numbers.iter().map(|number| number.as_str().into()));
        if self.version < V3 {
            return sink(&bc::SubscriberReadyStatusInfo {
                ready_state: ready_state(state),
                subscriber_id: imsi.into(),
                sim_icc_id: iccid.into(),
                telephone_numbers: (&*numbers).into(),
                ..Default::default()
            });
        }
        let nature = match self.modem.sim() {
            Some(sim) if sim.esim => {
                bc::SubscriberReadyStatusFlag::ESIM | bc::SubscriberReadyStatusFlag::SIM_REMOVABILITY_KNOWN
            }
            _ => bc::SubscriberReadyStatusFlag::SIM_REMOVABILITY_KNOWN | bc::SubscriberReadyStatusFlag::SIM_REMOVABLE,
        };
        sink(&bc::SubscriberReadyStatusInfoV3 {
            ready_state: ready_state(state),
            flags: nature,
            subscriber_id: imsi.into(),
            sim_icc_id: iccid.into(),
            telephone_numbers: (&*numbers).into(),
            ..Default::default()
        });
    }

    fn pin_list(&self, sink: Sink<'_>) {
        let describe = |mode, (least, most): (usize, usize)| {
            let length = |n| u32::try_from(n).unwrap_or(u32::MAX);
            Inline::Value(bc::PinDesc {
                pin_mode: mode,
                pin_format: bc::PinFormat::NUMERIC,
                pin_length_min: length(least),
                pin_length_max: length(most),
            })
        };
        let mode = |on| {
            if on { bc::PinMode::ENABLED } else { bc::PinMode::DISABLED }
        };
        let sim = self.modem.sim();
        let lock = sim.and_then(|sim| sim.network_lock.as_ref());
        sink(&bc::PinListInfo {
            pin_desc_pin1: describe(mode(sim.is_some_and(|sim| sim.pin1.enabled)), PIN_LENGTH),
            pin_desc_pin2: describe(mode(sim.is_some_and(|sim| sim.pin2.enabled)), PIN_LENGTH),
            pin_desc_network_pin: describe(mode(lock.is_some()), (4, 16)),
            ..Default::default()
        });
    }

    // Providers.

    fn provider_state(&self, plmn: &str) -> bc::ProviderState {
        let mut state = bc::ProviderState::empty();
        if self.modem.is_home(plmn) {
            state |= bc::ProviderState::HOME;
        }
        if self.modem.is_preferred(plmn) {
            state |= bc::ProviderState::PREFERRED;
        }
        let visible = self.modem.visible_networks().find(|(_, network)| network.plmn == *plmn);
        if let Some((_, network)) = visible {
            state |= bc::ProviderState::VISIBLE;
            if network.forbidden {
                state |= bc::ProviderState::FORBIDDEN;
            }
        }
        if self.modem.serving_network().is_some_and(|network| network.plmn == *plmn) {
            state |= bc::ProviderState::REGISTERED;
        }
        if self.modem.home_providers().iter().any(|home| home.plmn == *plmn) {
            state |= bc::ProviderState::PREFERRED_MULTICARRIER;
        }
        state
    }

    fn home_provider(&self, sink: Sink<'_>) {
        // Asked for only where there is one.
        let Ok(home) = self.modem.home_provider() else {
            return sink(&bc::HomeProviderInfo::default());
        };
        let state = self.provider_state(&home.plmn);
        sink(&bc::HomeProviderInfo { provider: Inline::Value(provider(&home.plmn, &home.name, state, None)) });
    }

    fn provider_list(&self, providers: &[network::Provider], sink: Sink<'_>) {
        let providers =
            providers.iter().map(|entry| provider(&entry.plmn, &entry.name, self.provider_state(&entry.plmn), None));
        sink(&bc::ProvidersInfo { providers: (&*collect::<_, NETWORKS>(providers)).into(), ..Default::default() });
    }

    fn visible_providers(&self, home_only: bool, sink: Sink<'_>) {
        let networks = self.modem.visible_networks().map(|(_, network)| network);
        let networks = networks.filter(|network| {
            let homes = self.modem.home_providers().iter();
            !home_only || self.modem.is_home(&network.plmn) || homes.clone().any(|home| home.plmn == network.plmn)
        });
        let providers = networks.map(|network| {
            let state = self.provider_state(&network.plmn);
            provider(&network.plmn, &network.name, state, Some(network.rssi))
        });
        sink(&bc::ProvidersInfo { providers: (&*collect::<_, NETWORKS>(providers)).into(), ..Default::default() });
    }

    // Network.

    fn registration(&self, registration: Registration, sink: Sink<'_>) {
        let network = registration.network.and_then(|place| self.modem.network(place));
        let named = |get: fn(&Network) -> &str| network.map_or("", get);
        let roaming = matches!(registration.state, RegistrationState::Roaming | RegistrationState::Partner);
        let mut flags = bc::RegistrationFlag::empty();
        if self.modem.attaches_by_itself() {
            flags |= bc::RegistrationFlag::PACKET_SERVICE_AUTOMATIC_ATTACH;
        }
        if !self.modem.allows_manual_selection() {
            flags |= bc::RegistrationFlag::MANUAL_SELECTION_NOT_AVAILABLE;
        }
        let (technologies, _) = self.technologies();
        let available = registration.available & technologies;
        let info = bc::RegisterStateInfo {
            nw_error: NwError(registration.cause),
            register_state: registration_state(registration.state),
            register_mode: if registration.manual { bc::RegisterMode::MANUAL } else { bc::RegisterMode::AUTOMATIC },
            available_data_classes: data_class(available),
            current_cellular_class: bc::CellularClass::GSM,
            provider_id: named(|network| &network.plmn).into(),
            provider_name: cut(named(|network| &network.name), NAME).into(),
            roaming_text: if roaming { named(|network| &network.roaming_text).into() } else { Text::default() },
            registration_flag: flags,
        };
        if self.version < V2 {
            return sink(&info);
        }
        // Version 3.0 keeps the layout, but has another bit for 5G.
        let class = |technologies| {
            if self.version < V3 {
                data_class(technologies)
            } else {
                bc::DataClass::from_bits_retain(data_class_v3(technologies).bits())
            }
        };
        let preferred = if registration.preferred.is_empty() { technologies } else { registration.preferred };
        sink(&bc::RegisterStateInfoV2 {
            nw_error: info.nw_error,
            register_state: info.register_state,
            register_mode: info.register_mode,
            available_data_classes: class(available),
            current_cellular_class: info.current_cellular_class,
            provider_id: info.provider_id,
            provider_name: info.provider_name,
            roaming_text: info.roaming_text,
            registration_flag: info.registration_flag,
            preferred_data_classes: class(preferred),
        });
    }

    fn packet_service(&self, packet: PacketService, sink: Sink<'_>) {
        let nw_error = NwError(packet.cause);
        let packet_service_state = packet_state(packet.state);
        let (uplink_speed, downlink_speed) = (packet.uplink, packet.downlink);
        if self.version < V2 {
            return sink(&bc::PacketServiceInfo {
                nw_error,
                packet_service_state,
                highest_available_data_class: data_class(packet.technology),
                uplink_speed,
                downlink_speed,
            });
        }
        let frequency_range = frequency_range(packet.technology);
        if self.version < V3 {
            return sink(&bc::PacketServiceInfoV2 {
                nw_error,
                packet_service_state,
                current_data_class: data_class(packet.technology),
                uplink_speed,
                downlink_speed,
                frequency_range,
            });
        }
        let serving = self.modem.serving_network();
        let tai = serving.filter(|_| packet.state == PacketState::Attached).map(|network| {
            let (mcc, mnc, short) = plmn_numbers(&network.plmn);
            bc::Tai { plmn_mcc: mcc, plmn_mnc: if short { mnc | 0x8000 } else { mnc }, tac: network.cell.tac }
        });
        sink(&bc::PacketServiceInfoV3 {
            nw_error,
            packet_service_state,
            highest_available_data_class: data_class_v3(packet.technology),
            uplink_speed,
            downlink_speed,
            frequency_range,
            data_subclass: data_subclass(packet.technology),
            tai: Inline::Value(tai.unwrap_or_default()),
        });
    }

    fn signal(&self, signal: Signal, sink: Sink<'_>) {
        let coded = super::signal::Coded::of(signal);
        let reporting = self.reporting;
        if self.version < V2 {
            return sink(&bc::SignalStateInfo {
                rssi: coded.rssi,
                error_rate: coded.error_rate,
                signal_strength_interval: reporting.interval,
                rssi_threshold: reporting.rssi_threshold,
                error_rate_threshold: reporting.error_rate_threshold,
            });
        }
        let technology = self.modem.packet_service().technology;
        let system_type = match (technology.intersects(NR), self.version < V3) {
            (false, _) => bc::DataClass::LTE,
            (true, true) => data_class(technology),
            (true, false) => bc::DataClass::from_bits_retain(data_class_v3(technology).bits()),
        };
        let measured = [bc::RsrpSnrInfo {
            rsrp: coded.rsrp,
            snr: coded.snr,
            rsrp_threshold: 0,
            snr_threshold: u32::MAX,
            system_type,
        }];
        let measured = if signal.rsrp.is_some() { &measured[..] } else { &[] };
        sink(&bc::SignalStateInfoV2 {
            // Told as RSRP, it is not told again.
            rssi: if measured.is_empty() { coded.rssi } else { super::signal::UNKNOWN },
            error_rate: coded.error_rate,
            signal_strength_interval: reporting.interval,
            rssi_threshold: reporting.rssi_threshold,
            error_rate_threshold: reporting.error_rate_threshold,
            rsrp_snr: measured.into(),
        });
    }

    fn base_stations(&self, sink: Sink<'_>) {
        let Some(network) = self.modem.serving_network() else {
            if self.version < V3 {
                return sink(&ext::BaseStationsInfoInfo::default());
            }
            return sink(&ext::BaseStationsInfoInfoV3::default());
        };
        let technology = (network.technologies & self.modem.technologies()).best();
        let signal = self.modem.signal();
        let cell = network.cell;
        let decibel = |n: Option<i16>| n.map_or(-1, i32::from);
        let id = |bits: u32| u32::try_from(cell.id).unwrap_or(u32::MAX) & u32::MAX.unbounded_shr(bits);
        let umts = technology.intersects(Technologies::UMTS | Technologies::HSDPA | Technologies::HSUPA);
        let umts = umts.then(|| ext::CellInfoServingUmts {
            provider_id: network.plmn.as_str().into(),
            location_area_code: cell.lac,
            cell_id: id(4),
            frequency_info_ul: u32::MAX,
            frequency_info_dl: u32::MAX,
            frequency_info_nt: u32::MAX,
            uarfcn: cell.channel,
            primary_scrambling_code: cell.physical,
            rscp: signal.rssi.map_or(0, i32::from),
            ecno: 1,
            path_loss: u32::MAX,
        });
        let gsm = technology.intersects(Technologies::GPRS | Technologies::EDGE);
        let gsm = gsm.then(|| ext::CellInfoServingGsm {
            provider_id: network.plmn.as_str().into(),
            location_area_code: cell.lac,
            cell_id: id(16),
            timing_advance: u32::MAX,
            arfcn: cell.channel,
            base_station_id: cell.physical,
            rx_level: signal.rssi.map_or(u32::MAX, |rssi| coded_level(rssi, 110)),
        });
        let anchored = technology.intersects(Technologies::LTE | Technologies::NR_NSA);
        let lte = anchored.then(|| ext::CellInfoServingLte {
            provider_id: network.plmn.as_str().into(),
            cell_id: id(4),
            earfcn: cell.channel,
            physical_cell_id: cell.physical,
            tac: cell.tac,
            rsrp: decibel(signal.rsrp),
            rsrq: decibel(signal.rsrq),
            timing_advance: u32::MAX,
        });
        let lte = lte.map_or(RefStruct::NONE, RefStruct::new);
        let umts = umts.map_or(RefStruct::NONE, RefStruct::new);
        let gsm = gsm.map_or(RefStruct::NONE, RefStruct::new);
        if self.version < V3 {
            return sink(&ext::BaseStationsInfoInfo {
                system_type: data_class(technology),
                gsm_serving_cell: gsm,
                umts_serving_cell: umts,
                lte_serving_cell: lte,
                ..Default::default()
            });
        }
        let nr = [ext::CellInfoServingNr {
            provider_id: network.plmn.as_str().into(),
            nci: cell.id,
            physical_cell_id: cell.physical,
            nrarfcn: cell.channel,
            tac: cell.tac,
            rsrp: signal.rsrp.map_or(u32::MAX, |rsrp| coded_level(rsrp, 156)),
            rsrq: signal.rsrq.map_or(u32::MAX, |rsrq| coded_level(rsrq, 43)),
            sinr: signal.snr.map_or(u32::MAX, |snr| coded_level(snr, 23)),
            timing_advance: u64::MAX,
        }];
        let nr = if technology == Technologies::NR_SA { &nr[..] } else { &[] };
        sink(&ext::BaseStationsInfoInfoV3 {
            system_type: data_class_v3(technology),
            system_sub_type: data_subclass(technology),
            gsm_serving_cell: gsm,
            umts_serving_cell: umts,
            lte_serving_cell: lte,
            nr_serving_cells: RefSequence::new(nr),
            ..Default::default()
        });
    }

    fn attach_info(&self, packet: PacketService, sink: Sink<'_>) {
        let anchored = Technologies::LTE.union(NR);
        let attached = packet.state == PacketState::Attached && packet.technology.intersects(anchored);
        let [home, partner, others] = self.modem.attach_contexts();
        let context = match self.modem.registration().state {
            RegistrationState::Partner => partner,
            RegistrationState::Roaming => others,
            _ => home,
        };
        let element = attach_element(context, 0);
        let mut info = ext::LteAttachInfoInfoV3 { nw_error: NwError(packet.cause), ..Default::default() };
        if attached {
            info = ext::LteAttachInfoInfoV3 {
                lte_attach_state: ext::LteAttachState::ATTACHED,
                nw_error: NwError(packet.cause),
                ip_type: element.ip_type,
                access_string: element.access_string,
                user_name: element.user_name,
                password: element.password,
                compression: element.compression,
                auth_protocol: element.auth_protocol,
            };
        }
        if self.version < V3 {
            return sink(&ext::LteAttachInfoInfo {
                lte_attach_state: info.lte_attach_state,
                ip_type: info.ip_type,
                access_string: info.access_string,
                user_name: info.user_name,
                password: info.password,
                compression: info.compression,
                auth_protocol: info.auth_protocol,
            });
        }
        sink(&info);
    }

    // Sessions.

    fn session(&self, session: SessionStatus, sink: Sink<'_>) {
        let session_id = u32::from(session.session);
        let activation_state = activation_state(session.state);
        let ip_type = ip_type(session.ip);
        let context_type = Uuid(session.purpose.0);
        let nw_error = NwError(session.cause);
        if self.version < V3 {
            return sink(&bc::ConnectInfo {
                session_id,
                activation_state,
                voice_call_state: bc::VoiceCallState::NONE,
                ip_type,
                context_type,
                nw_error,
            });
        }
        sink(&bc::ConnectInfoV3 {
            session_id,
            activation_state,
            voice_call_state: bc::VoiceCallState::NONE,
            ip_type,
            context_type,
            nw_error,
            media_preference: bc::AccessMediaType::_3GPP,
            access_string: self.modem.session_apn(session.session).into(),
            ..Default::default()
        });
    }

    fn ip_configuration(&self, session: u8, sink: Sink<'_>) {
        use bc::IpConfigurationAvailableFlag as Flag;
        let Some(configuration) = self.modem.ip_configuration(session) else {
            return sink(&bc::IpConfigurationInfo { session_id: u32::from(session), ..Default::default() });
        };
        let (v4, v6) = (configuration.v4.as_ref(), configuration.v6.as_ref());
        let mtu = u32::from(configuration.mtu);
        let flags = |has_dns: Option<bool>| match has_dns {
            None => Flag::empty(),
            Some(true) => Flag::ADDRESS | Flag::GATEWAY | Flag::DNS | Flag::MTU,
            Some(false) => Flag::ADDRESS | Flag::GATEWAY | Flag::MTU,
        };
        let addresses4 = v4
            .map(|v4| bc::Ipv4Element { on_link_prefix_length: u32::from(v4.prefix), ipv4_address: v4.address.into() });
        let addresses6 = v6
            .map(|v6| bc::Ipv6Element { on_link_prefix_length: u32::from(v6.prefix), ipv6_address: v6.address.into() });
        sink(&bc::IpConfigurationInfo {
            session_id: u32::from(session),
            ipv4_configuration_available: flags(v4.map(|v4| !v4.dns.is_empty())),
            ipv6_configuration_available: flags(v6.map(|v6| !v6.dns.is_empty())),
            ipv4_address: addresses4.as_slice().into(),
            ipv6_address: addresses6.as_slice().into(),
            ipv4_gateway: mbim_wire::address::RefAddress(v4.map(|v4| v4.gateway)),
            ipv6_gateway: mbim_wire::address::RefAddress(v6.map(|v6| v6.gateway)),
            ipv4_dns_server: v4.map_or(&[][..], |v4| &v4.dns).into(),
            ipv6_dns_server: v6.map_or(&[][..], |v6| &v6.dns).into(),
            ipv4_mtu: v4.map_or(0, |_| mtu),
            ipv6_mtu: v6.map_or(0, |_| mtu),
            ..Default::default()
        });
    }

    fn statistics(&self, sink: Sink<'_>) {
        let statistics = self.modem.statistics();
        sink(&bc::PacketStatisticsInfo {
            in_discards: statistics.in_discards,
            in_errors: 0,
            in_octets: statistics.in_octets,
            in_packets: statistics.in_packets,
            out_octets: statistics.out_octets,
            out_packets: statistics.out_packets,
            out_errors: 0,
            out_discards: statistics.out_discards,
        });
    }

    fn filters(&self, session: u8, sink: Sink<'_>) {
        let filters = self.modem.filters(session);
        if self.version < V3 {
            let filters = filters.map(|filter| bc::PacketFilter {
                packet_filter: SizedBytes(&filter.pattern),
                packet_mask: SizedBytes(&filter.mask),
                ..Default::default()
            });
            return sink(&bc::IpPacketFiltersInfo {
                session_id: u32::from(session),
                packet_filters: (&*collect::<_, FILTERS>(filters)).into(),
                ..Default::default()
            });
        }
        let filters = filters.map(|filter| bc::PacketFilterV3 {
            packet_filter: SizedBytes(&filter.pattern),
            packet_mask: SizedBytes(&filter.mask),
            filter_id: filter.id,
            ..Default::default()
        });
        sink(&bc::IpPacketFiltersInfoV3 {
            session_id: u32::from(session),
            packet_filters: (&*collect::<_, FILTERS>(filters)).into(),
            ..Default::default()
        });
    }
}

/// A level as its distance from `-base`; 0 below.
fn coded_level(level: i16, base: i16) -> u32 {
    u32::try_from(level.saturating_add(base)).unwrap_or(0)
}
