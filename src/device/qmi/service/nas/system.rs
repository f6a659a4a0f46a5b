//! Registration, packet service and the cell: serving system, system information, refusals.
//!
//! Response and indication of the same content have different numbers for the same TLVs, so the content is gathered once and
//! written twice.

use heapless::Vec;
use qmi_wire::service::nas as wire;
use qmi_wire::text::Fixed;

use super::super::super::call::{Call, Outcome};
use super::super::super::tell::Tell;
use super::Client;
use super::terms::{Plmn, fixed, interface, narrow};
use crate::device::modem::Modem;
use crate::device::modem::clock::Date;
use crate::device::modem::network::{
    Cell, Network, PacketService, PacketState, Registration, RegistrationState, Technologies,
};
use crate::device::modem::preferences::{Domain, Restriction, VoiceDomain};
use crate::device::modem::sim::ReadyState;

/// All that the serving system and the system information depend on: what is the same need not be told again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super::super) struct Summary {
    registration: Registration,
    packet: PacketState,
    technology: Technologies,
    cell: Option<Cell>,
    ready: ReadyState,
    radio: bool,
    ims: bool,
}

impl Summary {
    pub(super) fn of(modem: &Modem) -> Self {
        Self {
            registration: modem.registration(),
            packet: modem.packet_service().state,
            technology: modem.serving_technology(),
            cell: modem.serving_network().map(|network| network.cell),
            ready: modem.ready_state(),
            radio: modem.radio().is_on(),
            ims: modem.ims_voice(),
        }
    }
}

/// Which parts of the network serve the device.
fn domain(modem: &Modem) -> wire::NetworkServiceDomain {
    let technology = modem.serving_technology();
    let circuit =
        !technology.is_empty() && technology != Technologies::NR_SA && modem.preferences().domain != Domain::Packet;
    let packet = modem.packet_service().state == PacketState::Attached;
    match (circuit, packet) {
        (true, true) => wire::NetworkServiceDomain::CS_PS,
        (true, false) => wire::NetworkServiceDomain::CS,
        (false, true) => wire::NetworkServiceDomain::PS,
        (false, false) if technology.is_empty() => wire::NetworkServiceDomain::NONE,
        (false, false) => wire::NetworkServiceDomain::CAMPED,
    }
}

/// How far the device is served where it is.
fn status(modem: &Modem) -> wire::ServiceStatus {
    let registration = modem.registration();
    let hears = modem.radio().is_on() && modem.visible_networks().next().is_some();
    match registration.state {
        _ if registration.is_registered() => wire::ServiceStatus::AVAILABLE,
        _ if !modem.radio().is_on() => wire::ServiceStatus::NONE,
        RegistrationState::Searching => wire::ServiceStatus::NONE,
        _ if hears => wire::ServiceStatus::LIMITED,
        // Nothing anywhere: it sleeps between searches.
        _ => wire::ServiceStatus::POWER_SAVE,
    }
}

/// The network that the device is with, or was refused by.
fn network(modem: &Modem) -> Option<&Network> {
    modem.network(modem.registration().network?)
}

// Serving system.

struct Serving {
    system: (wire::RegistrationState, wire::AttachState, wire::AttachState, wire::NetworkType),
    interface: wire::RadioInterface,
    roaming: Option<wire::RoamingIndicatorStatus>,
    data: Vec<wire::DataCapability, 4>,
    plmn: Option<Plmn>,
    lac: Option<u16>,
    cid: Option<u32>,
    tac: Option<u16>,
    scrambling: Option<u16>,
    dtm: Option<bool>,
    barring: Option<wire::CallBarringStatusInfo>,
    detailed: wire::DetailedServiceStatus,
}

impl Serving {
    fn of(modem: &Modem) -> Self {
        use wire::{AttachState, DataCapability, NetworkServiceDomain, RegistrationState as Wire};
        let registration = modem.registration();
        let state = match registration.state {
            RegistrationState::Home | RegistrationState::Partner | RegistrationState::Roaming => Wire::REGISTERED,
            RegistrationState::Searching => Wire::NOT_REGISTERED_SEARCHING,
            RegistrationState::Denied => Wire::REGISTRATION_DENIED,
            RegistrationState::Deregistered => Wire::NOT_REGISTERED,
        };
        let domain = domain(modem);
        let attach = |on| if on { AttachState::ATTACHED } else { AttachState::DETACHED };
        let circuit = matches!(domain, NetworkServiceDomain::CS | NetworkServiceDomain::CS_PS);
        let packet = modem.packet_service().state == PacketState::Attached;
        let network = modem.serving_network();
        let technology = modem.serving_technology();
        let selected = if network.is_some() { wire::NetworkType::_3GPP } else { wire::NetworkType::UNKNOWN };
        let mut data = Vec::new();
        if packet {
            let pairs = [
                (Technologies::LTE | Technologies::NR_NSA, DataCapability::LTE),
                (Technologies::HSDPA | Technologies::HSUPA, DataCapability::HSDPA),
                (Technologies::HSUPA, DataCapability::HSUPA),
                (Technologies::UMTS, DataCapability::WCDMA),
                (Technologies::EDGE, DataCapability::EDGE),
                (Technologies::GPRS, DataCapability::GPRS),
            ];
            for (_, capability) in pairs.iter().filter(|(technologies, _)| technology.intersects(*technologies)) {
                let _ = data.push(*capability);
            }
        }
        let cell = network.map(|network| network.cell);
        let is = |technologies| technology.intersects(technologies);
        let old = is(Technologies::SECOND | Technologies::THIRD);
        let is_known = |value: u32| Some(value).filter(|value| *value != u32::MAX);
        Self {
            system: (state, attach(circuit), attach(packet), selected),
            interface: interface(technology),
            roaming: network.map(|_| match registration.state {
                RegistrationState::Home => wire::RoamingIndicatorStatus::OFF,
                _ => wire::RoamingIndicatorStatus::ON,
            }),
            data,
            plmn: network.map(|network| Plmn::of(&network.plmn)),
            lac: cell.and_then(|cell| is_known(cell.lac)).map(|lac| narrow(lac, u16::MAX)),
            cid: cell.map(|cell| u32::try_from(cell.id).unwrap_or(u32::MAX)),
            tac: cell.filter(|_| is(Technologies::LTE | Technologies::NR_NSA)).map(|cell| narrow(cell.tac, u16::MAX)),
            scrambling: cell.filter(|_| is(Technologies::THIRD)).map(|cell| narrow(cell.physical, u16::MAX)),
            dtm: is(Technologies::SECOND).then_some(false),
            barring: old.then_some(wire::CallBarringStatusInfo {
                cs_status: wire::CallBarringStatus::ALL_CALLS,
                ps_status: wire::CallBarringStatus::ALL_CALLS,
            }),
            detailed: wire::DetailedServiceStatus {
                status: status(modem),
                capability: domain,
                hdr_status: wire::ServiceStatus::NONE,
                hdr_hybrid: false,
                forbidden: self::network(modem).is_some_and(|network| network.forbidden),
            },
        }
    }
}

/// Writes what response and indication of the serving system number alike, and hands the rest out.
macro_rules! put_serving {
    ($r:ident, $serving:ident, $modem:ident, $date:ident) => {{
        let interfaces = [$serving.interface];
        let (registration_state, cs_attach_state, ps_attach_state, selected_network) = $serving.system;
        $r.serving_system(wire::ServingSystem {
            registration_state,
            cs_attach_state,
            ps_attach_state,
            selected_network,
            radio_interfaces: (&interfaces).into(),
        });
        if let Some(roaming) = $serving.roaming {
            $r.roaming_indicator(roaming);
        }
        if !$serving.data.is_empty() {
            $r.data_service_capability($serving.data.as_slice().into());
        }
        if let (Some(plmn), Some(network)) = ($serving.plmn, $modem.serving_network()) {
            let Plmn { mcc, mnc, .. } = plmn;
            $r.current_plmn(wire::CurrentPlmn { mcc, mnc, description: network.name.as_str().into() });
            $r.mnc_pcs_digit_include_status(plmn.digits());
            $r.network_name_source(wire::NetworkNameSource::NITZ);
            $r.time_zone_3gpp($date.zone);
            $r.daylight_saving_time_adjustment_3gpp($date.daylight);
        }
        if let Some(roaming_indicator) = $serving.roaming {
            let list = [wire::RoamingIndicator { radio_interface: $serving.interface.into(), roaming_indicator }];
            $r.roaming_indicator_list((&list).into());
            $r.default_roaming_indicator(wire::RoamingIndicatorStatus::OFF);
        }
        if let Some(lac) = $serving.lac {
            $r.lac_3gpp(lac);
        }
        if let Some(cid) = $serving.cid {
            $r.cid_3gpp(cid);
        }
        if let Some(tac) = $serving.tac {
            $r.lte_tac(tac);
        }
        if let Some(dtm) = $serving.dtm {
            $r.dtm_support(dtm);
        }
        if let Some(barring) = $serving.barring {
            $r.call_barring_status(barring);
        }
        if let Some(scrambling) = $serving.scrambling {
            $r.umts_primary_scrambling_code(scrambling);
        }
        $r.detailed_service_status($serving.detailed);
    }};
}

pub(super) fn serving(call: &mut Call<'_, '_>) -> Outcome {
    let date = call.modem.date(call.now);
    call.answer::<wire::get_serving_system::Message>(|r, modem| {
        let serving = Serving::of(modem);
        put_serving!(r, serving, modem, date);
    })
}

fn indicate_serving(t: &mut Tell<'_, '_>, date: Date) {
    t.send::<wire::serving_system_indication::Message>(|r, modem| {
        let serving = Serving::of(modem);
        put_serving!(r, serving, modem, date);
        if serving.plmn.is_some() {
            r.plmn_not_changed_indication(false);
        }
    });
}

// System information.

/// What one radio technology is to the device.
#[derive(Clone, Copy)]
struct Service {
    status: wire::ServiceStatus,
    preferred: bool,
}

/// What the structures of all technologies have in common.
struct Details {
    domain: wire::NetworkServiceDomain,
    roaming: wire::RoamingStatus,
    forbidden: bool,
    lac: Option<u16>,
    cid: u32,
    reject: u8,
    mcc: [u8; 3],
    mnc: [u8; 3],
    cell: Cell,
}

struct System {
    gsm: Option<Service>,
    umts: Option<Service>,
    lte: Option<Service>,
    nr: Option<Service>,
    /// Of the technology that the device is with, or was refused on.
    details: Option<(wire::RadioInterface, Details)>,
    technology: Technologies,
    endc: Option<bool>,
    sim: wire::SimRejectState,
}

fn sim_state(modem: &Modem) -> wire::SimRejectState {
    match modem.registration().cause {
        _ if !matches!(modem.ready_state(), ReadyState::Initialized) => wire::SimRejectState::SIM_UNAVAILABLE,
        2 => wire::SimRejectState::SIM_CS_INVALID,
        7 => wire::SimRejectState::SIM_PS_INVALID,
        3 | 6 | 8 => wire::SimRejectState::SIM_CS_PS_INVALID,
        _ => wire::SimRejectState::SIM_AVAILABLE,
    }
}

impl System {
    fn of(modem: &Modem) -> Self {
        let registration = modem.registration();
        let device = modem.technologies();
        let technology = modem.serving_technology();
        // A network that has refused the device is still the one it listens to.
        let heard = if technology.is_empty() { registration.available.best() } else { technology };
        let here = interface(heard);
        let status = status(modem);
        let packet = modem.packet_service().state == PacketState::Attached;
        let service = |technologies: Technologies| {
            device.intersects(technologies).then(|| {
                let is_here = technologies.intersects(heard);
                let nowhere = status == wire::ServiceStatus::POWER_SAVE;
                let status = if is_here || nowhere { status } else { wire::ServiceStatus::NONE };
                Service { status, preferred: is_here && packet }
            })
        };
        let details = network(modem).map(|network| {
            let (mcc, mnc) = fixed(&network.plmn);
            let details = Details {
                domain: domain(modem),
                roaming: match registration.state {
                    RegistrationState::Partner | RegistrationState::Roaming => wire::RoamingStatus::ON,
                    _ => wire::RoamingStatus::OFF,
                },
                forbidden: network.forbidden,
                lac: u16::try_from(network.cell.lac).ok(),
                cid: u32::try_from(network.cell.id).unwrap_or(u32::MAX),
                reject: u8::try_from(registration.cause).unwrap_or(111),
                mcc,
                mnc,
                cell: network.cell,
            };
            (here, details)
        });
        let long_term = technology.intersects(Technologies::LTE | Technologies::NR_NSA);
        let beside = modem
            .serving_network()
            .map(|network| (network.technologies & modem.usable_technologies()).contains(Technologies::NR_NSA));
        Self {
            gsm: service(Technologies::SECOND),
            umts: service(Technologies::THIRD),
            lte: service(Technologies::LTE | Technologies::NR_NSA),
            nr: device.intersects(Technologies::FIFTH).then(|| {
                service(Technologies::NR_SA).unwrap_or(Service { status: wire::ServiceStatus::NONE, preferred: false })
            }),
            details,
            technology,
            endc: beside.filter(|_| long_term && device.intersects(Technologies::FIFTH)),
            sim: sim_state(modem),
        }
    }
}

/// Writes one of the structures that differ only at their end.
macro_rules! details {
    ($kind:ident, $details:expr, $cause:expr, { $($field:ident: $value:expr),* $(,)? }) => {{
        let details = $details;
        wire::$kind {
            domain_valid: true,
            domain: details.domain,
            service_capability_valid: true,
            service_capability: details.domain,
            roaming_status_valid: true,
            roaming_status: details.roaming,
            forbidden_valid: true,
            forbidden: details.forbidden,
            lac_valid: details.lac.is_some(),
            lac: details.lac.unwrap_or(u16::MAX),
            cid_valid: true,
            cid: details.cid,
            registration_reject_info_valid: details.reject != 0,
            registration_reject_domain: match details.reject {
                0 => wire::NetworkServiceDomain::NONE,
                _ => wire::NetworkServiceDomain::CS_PS,
            },
            registration_reject_cause: $cause,
            network_id_valid: true,
            mcc: Fixed::from(&details.mcc),
            mnc: Fixed::from(&details.mnc),
            $($field: $value,)*
        }
    }};
}

fn hs_service(technology: Technologies) -> wire::WcdmaHsService {
    match technology {
        Technologies::HSDPA => wire::WcdmaHsService::HSDPA_SUPPORTED,
        Technologies::HSUPA => wire::WcdmaHsService::HSDPA_HSUPA_SUPPORTED,
        _ => wire::WcdmaHsService::HSDPA_HSUPA_UNSUPPORTED,
    }
}

fn tac_bytes(tac: u32) -> [u8; 3] {
    let [_, a, b, c] = tac.to_be_bytes();
    [a, b, c]
}

/// Writes what response and indication of the system information number alike.
macro_rules! put_system {
    ($r:ident, $system:ident) => {{
        macro_rules! service_status {
            ($call:ident, $kind:ident, $of:expr) => {
                if let Some(service) = $of {
                    $r.$call(wire::$kind {
                        service_status: service.status,
                        true_service_status: service.status,
                        preferred_data_path: service.preferred,
                    });
                }
            };
        }
        service_status!(gsm_service_status, GsmServiceStatus, $system.gsm);
        service_status!(wcdma_service_status, WcdmaServiceStatus, $system.umts);
        service_status!(lte_service_status, LteServiceStatus, $system.lte);
        match &$system.details {
            Some((wire::RadioInterface::GSM, details)) => {
                let edge = $system.technology == Technologies::EDGE;
                let cause = wire::RejectCause(details.reject);
                $r.gsm_system_info_v2(details!(GsmSystemInfoV2, details, cause, {
                    egprs_support_valid: true,
                    egprs_support: edge,
                    dtm_support_valid: true,
                    dtm_support: false,
                }));
                $r.additional_gsm_system_info(wire::AdditionalGsmSystemInfo {
                    geo_system_index: u16::MAX,
                    cell_broadcast_support: wire::CellBroadcastCapability::ON,
                });
                $r.gsm_call_barring_status(wire::GsmCallBarringStatus {
                    cs_status: wire::CallBarringStatus::ALL_CALLS,
                    ps_status: wire::CallBarringStatus::ALL_CALLS,
                });
                $r.gsm_cipher_domain(details.domain);
            }
            Some((wire::RadioInterface::UMTS, details)) => {
                let cause = wire::RejectCause(details.reject);
                $r.wcdma_system_info_v2(details!(WcdmaSystemInfoV2, details, cause, {
                    hs_call_status_valid: true,
                    hs_call_status: hs_service($system.technology),
                    hs_service_valid: true,
                    hs_service: hs_service($system.technology),
                    primary_scrambling_code_valid: true,
                    primary_scrambling_code: narrow(details.cell.physical, u16::MAX),
                }));
                $r.additional_wcdma_system_info(wire::AdditionalWcdmaSystemInfo {
                    geo_system_index: u16::MAX,
                    cell_broadcast_support: wire::CellBroadcastCapability::ON,
                });
                $r.wcdma_call_barring_status(wire::WcdmaCallBarringStatus {
                    cs_status: wire::CallBarringStatus::ALL_CALLS,
                    ps_status: wire::CallBarringStatus::ALL_CALLS,
                });
                $r.wcdma_cipher_domain(details.domain);
            }
            Some((wire::RadioInterface::LTE, details)) => {
                let cause = wire::RejectCause(details.reject);
                $r.lte_system_info_v2(details!(LteSystemInfoV2, details, cause, {
                    tac_valid: true,
                    tac: narrow(details.cell.tac, u16::MAX),
                }));
                $r.additional_lte_system_info(wire::AdditionalLteSystemInfo { geo_system_index: u16::MAX });
                $r.lte_voice_support(details.domain == wire::NetworkServiceDomain::CS_PS);
                $r.lte_embms_coverage_info_support(false);
            }
            Some((wire::RadioInterface::_5GNR, details)) => {
                $r.nr5g_system_info(details!(Nr5gSystemInfo, details, details.reject, {
                    tac_valid: true,
                    tac: narrow(details.cell.tac, u16::MAX),
                }));
                $r.nr5g_tracking_area_code(tac_bytes(details.cell.tac));
            }
            _ => {}
        }
        $r.sim_reject_info($system.sim);
        service_status!(nr5g_service_status_info, Nr5gServiceStatusInfo, $system.nr);
        if let Some(available) = $system.endc {
            $r.eutra_with_nr5g_availability(available);
            $r.dcnr_restriction_info(false);
        }
    }};
}

pub(super) fn info(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<wire::get_system_info::Message>(|r, modem| {
        let system = System::of(modem);
        put_system!(r, system);
        let preferences = modem.preferences();
        if let Some((interface, details)) = &system.details {
            match *interface {
                wire::RadioInterface::GSM => {
                    r.gsm_routing_area_code(1);
                }
                wire::RadioInterface::UMTS => {
                    r.wcdma_routing_area_code(1);
                }
                wire::RadioInterface::LTE => {
                    r.ims_voice_support(modem.ims_network());
                    r.lte_voice_domain(match (modem.ims_voice(), preferences.voice) {
                        (true, VoiceDomain::Packet | VoiceDomain::PacketPreferred) => wire::LteVoiceDomain::IMS,
                        _ if details.domain == wire::NetworkServiceDomain::CS_PS => wire::LteVoiceDomain::_3GPP,
                        _ => wire::LteVoiceDomain::NONE,
                    });
                    r.lte_registration_domain(match details.domain {
                        wire::NetworkServiceDomain::CS => wire::LteRegistrationDomain::CS_ONLY,
                        wire::NetworkServiceDomain::PS => wire::LteRegistrationDomain::PS_ONLY,
                        wire::NetworkServiceDomain::CS_PS => wire::LteRegistrationDomain::CS_PS,
                        wire::NetworkServiceDomain::CAMPED => wire::LteRegistrationDomain::LIMITED_SERVICE,
                        _ => wire::LteRegistrationDomain::NOT_APPLICABLE,
                    });
                    r.lte_cell_access_status(match details.reject {
                        0 => wire::LteCellAccessStatus::ALL_CALLS,
                        _ => wire::LteCellAccessStatus::EMERGENCY_ONLY,
                    });
                }
                _ => {}
            }
        }
        r.network_selection_registration_restriction(restriction(preferences.restriction));
    })
}

pub(super) fn restriction(restriction: Restriction) -> wire::NetworkSelectionRegistrationRestriction {
    match restriction {
        Restriction::None => wire::NetworkSelectionRegistrationRestriction::UNRESTRICTED,
        Restriction::CampedOnly => wire::NetworkSelectionRegistrationRestriction::CAMPED_ONLY,
        Restriction::Limited => wire::NetworkSelectionRegistrationRestriction::LIMITED,
    }
}

// Telling.

/// Tells both, if anything is new. `rejected`: the refusal is told on its own, and that is all the client wants.
pub(super) fn tell(t: &mut Tell<'_, '_>, rejected: bool) {
    let summary = Summary::of(t.modem);
    let Some(client) = t.state::<Client>() else { return };
    let before = client.told_system.replace(summary);
    if before == Some(summary) {
        return;
    }
    let registered = client.registered;
    if registered.serving_system {
        let date = t.modem.date(t.now);
        indicate_serving(t, date);
    }
    if registered.system_info && !rejected {
        t.send::<wire::system_info_indication::Message>(|r, modem| {
            let system = System::of(modem);
            put_system!(r, system);
            if let (Some(_), Some(Summary { registration, .. })) = (&system.details, before) {
                r.plmn_not_changed_indication(registration.network == summary.registration.network);
            }
        });
    }
}

fn reject(t: &mut Tell<'_, '_>, heard: Technologies, domain: wire::NetworkServiceDomain, cause: u32) -> bool {
    let Some(client) = t.state::<Client>() else { return false };
    let alone = client.registered.reject_alone;
    if !client.registered.reject || cause == 0 {
        return false;
    }
    t.send::<wire::network_reject_indication::Message>(|r, modem| {
        r.radio_interface(interface(heard).into());
        r.service_domain(domain);
        r.reject_cause(wire::RejectCause(u8::try_from(cause).unwrap_or(111)));
        if let Some(network) = network(modem) {
            let Plmn { mcc, mnc, three_digits } = Plmn::of(&network.plmn);
            r.plmn(wire::RejectingPlmn { mcc, mnc, includes_pcs_digit: three_digits });
        }
    });
    alone
}

/// Tells of a refused registration. Whether the client wants nothing else about it.
pub(super) fn tell_reject(t: &mut Tell<'_, '_>, registration: Registration) -> bool {
    let denied = registration.state == RegistrationState::Denied;
    let cause = if denied { registration.cause } else { 0 };
    reject(t, registration.available.best(), wire::NetworkServiceDomain::CS_PS, cause)
}

/// Tells of packet service that was refused. Whether the client wants nothing else about it.
pub(super) fn tell_packet_reject(t: &mut Tell<'_, '_>, packet: PacketService) -> bool {
    let detached = packet.state == PacketState::Detached;
    let cause = if detached { packet.cause } else { 0 };
    reject(t, t.modem.serving_technology(), wire::NetworkServiceDomain::PS, cause)
}
