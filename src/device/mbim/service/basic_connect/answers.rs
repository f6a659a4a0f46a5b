//! What Basic Connect tells, in the layout of the version agreed upon (MBIM 1.0 §10.5).

use heapless::Vec;
use mbim_wire::Uuid;
use mbim_wire::bytes::SizedBytes;
use mbim_wire::field::Inline;
use mbim_wire::service::basic_connect::{self as bc, NwError};
use mbim_wire::text::Text;

use super::super::super::super::collect;
use super::super::super::super::modem::Radio;
use super::super::super::super::modem::bearer::{Context, FILTERS, SessionState, SessionStatus};
use super::super::super::super::modem::network::{
    self, NETWORKS, Network, PacketService, PacketState, Registration, RegistrationState, Signal, Technologies,
};
use super::super::super::super::modem::sim::{Lock, LockStatus, PIN_LENGTH, ReadyState};
use super::super::super::answers::{
    NR, Sink, Source, auth_protocol, compression, cut, data_class, data_class_v3, data_subclass, ip_type,
};
use super::super::super::commands::{self, CIDS, MAX_SERVICES, Offer};
use super::super::super::signal::{Coded, UNKNOWN, rssi};
use super::super::super::{STREAMED, Streams, V2, V3};
use super::super::dss;

/// What an answer or indication of Basic Connect is about.
#[derive(Clone, Copy, Debug)]
pub(in super::super::super) enum Subject {
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
}

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

fn frequency_range(technologies: Technologies) -> bc::FrequencyRange {
    if technologies.intersects(NR) { bc::FrequencyRange::RANGE_1 } else { bc::FrequencyRange::empty() }
}

fn provider<'a>(plmn: &'a str, name: &'a str, state: bc::ProviderState, dbm: Option<i16>) -> bc::Provider<'a> {
    bc::Provider {
        provider_id: plmn.into(),
        provider_state: state,
        provider_name: cut(name, NAME).into(),
        cellular_class: bc::CellularClass::GSM,
        rssi: rssi(dbm),
        error_rate: UNKNOWN,
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

fn dss_payload(streams: &Streams) -> bc::DssPayload {
    let mut payload = bc::DssPayload::empty();
    payload.set(bc::DssPayload::FROM_HOST, streams.from_host);
    payload.set(bc::DssPayload::FROM_DEVICE, streams.to_host);
    payload
}

/// Characters of a provider's name.
const NAME: usize = 20;

/// MCC and MNC as numbers; the MNC has two digits or three.
fn plmn_numbers(plmn: &str) -> (u16, u16, bool) {
    let number = |digits: Option<&str>| digits.and_then(|digits| digits.parse().ok()).unwrap_or(0);
    (number(plmn.get(..3)), number(plmn.get(3..)), plmn.len() < 6)
}

impl Source<'_> {
    /// Makes the information buffer and lends it to `sink`.
    pub(in super::super::super) fn tell_basic(&self, subject: Subject, sink: Sink<'_>) {
        match subject {
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
        }
    }

    fn device_caps(&self, sink: Sink<'_>) {
        let identity = self.modem.identity();
        sink(&bc::DeviceCapsInfo {
            device_type: bc::DeviceType::EMBEDDED,
            cellular_class: bc::CellularClass::GSM,
            voice_class: self.voice_class(),
            sim_class: self.sim_class(),
            data_class: self.data_class(),
            sms_caps: self.sms_caps(),
            control_caps: self.control_caps(),
            max_sessions: self.modem.max_sessions(),
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
        let streams = &self.config.streams;
        let element = |service: Uuid, cids| {
            let streams = streams.iter().find(|streams| streams.service == service);
            bc::DeviceServiceElement {
                device_service_id: service,
                dss_payload: streams.map_or(bc::DssPayload::empty(), dss_payload),
                max_dss_instances: streams.map_or(0, |streams| u32::from(streams.instances)),
                cids,
                ..Default::default()
            }
        };
        let with_commands =
            commands::offered(offer).zip(&cids).map(|(service, cids)| element(service.uuid, (&**cids).into()));
        // Some services have streams and no commands.
        let known = |service: Uuid| commands::offered(offer).any(|offered| offered.uuid == service);
        let without = streams.iter().map(|streams| streams.service).filter(|service| !known(*service));
        let without = without.map(|service| element(service, (&[][..]).into()));
        let services: Vec<_, { MAX_SERVICES + STREAMED }> = collect(with_commands.chain(without));
        sink(&bc::DeviceServicesInfo {
            max_dss_sessions: dss::most(self.config),
            device_services: (&*services).into(),
            ..Default::default()
        });
    }

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

    pub(in super::super) fn provider_state(&self, plmn: &str) -> bc::ProviderState {
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
            if network.forbidden || self.modem.is_denied(plmn) {
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

    /// Registration in the layout of MBIM 1.0.
    pub(in super::super) fn plain_registration(&self, registration: Registration) -> bc::RegisterStateInfo<'_> {
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
        bc::RegisterStateInfo {
            nw_error: NwError(registration.cause),
            register_state: registration_state(registration.state),
            register_mode: if registration.manual { bc::RegisterMode::MANUAL } else { bc::RegisterMode::AUTOMATIC },
            available_data_classes: data_class(registration.available & technologies),
            current_cellular_class: bc::CellularClass::GSM,
            provider_id: named(|network| &network.plmn).into(),
            provider_name: cut(named(|network| &network.name), NAME).into(),
            roaming_text: if roaming { named(|network| &network.roaming_text).into() } else { Text::default() },
            registration_flag: flags,
        }
    }

    fn registration(&self, registration: Registration, sink: Sink<'_>) {
        let info = self.plain_registration(registration);
        if self.version < V2 {
            return sink(&info);
        }
        let (technologies, _) = self.technologies();
        let available = registration.available & technologies;
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
        let coded = Coded::of(signal);
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
            rssi: if measured.is_empty() { coded.rssi } else { UNKNOWN },
            error_rate: coded.error_rate,
            signal_strength_interval: reporting.interval,
            rssi_threshold: reporting.rssi_threshold,
            error_rate_threshold: reporting.error_rate_threshold,
            rsrp_snr: measured.into(),
        });
    }

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
